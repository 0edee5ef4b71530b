"""What a whole build costs: processor time, memory and bytes, by layer, beside a limit written by hand."""
