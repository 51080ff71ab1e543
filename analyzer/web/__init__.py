"""The local web app: upload, tune, download. It shows findings and computes nothing of its own."""
