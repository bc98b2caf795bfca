"""What the service notices in a plan: pure rules that propose; only a person changes a treatment."""
