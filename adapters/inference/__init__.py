"""Reading money out of texts and images: recognition, extraction and categorisation backends."""
