"""What the service costs, on real servers, beside the naive way and the floor."""
