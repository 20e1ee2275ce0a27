"""From a forecast to a decision: classes and costs."""
