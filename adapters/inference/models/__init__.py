"""Language and vision models behind an OpenAI-compatible server: Ollama, vLLM, llama.cpp, OpenAI."""
