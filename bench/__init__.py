"""What the service costs, measured against something bare in the same run: `make bench` writes RESULTS.md."""
