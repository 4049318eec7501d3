"""What operators look at: dashboards as data, from which Grafana's JSON and the page about them are generated."""
