// Jets are large structures, and zeroing every temporary of one before it is assigned costs as much as the arithmetic.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
