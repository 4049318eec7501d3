terraform {
  required_version = ">= 1.9"

  # Exact, for there is no lock file: it would name the registry its reader asked, and every reader has one of their own.
  required_providers {
    kafka = {
      source  = "Mongey/kafka"
      version = "0.13.1"
    }
  }
}
