"""What makes plan and chart agree: decide (pure), order, guard, execute, report."""
