"""The fused pass: values → memberships → combination → score, class and limiting criterion."""
