"""Files and services in, checked layers out."""
