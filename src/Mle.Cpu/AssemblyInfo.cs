// As in Mle.Core: no stack memory here is read before it is written.
[module: System.Runtime.CompilerServices.SkipLocalsInit]
