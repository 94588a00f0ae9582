"""What it shows: KPIs, statistics, bottlenecks, the store."""
