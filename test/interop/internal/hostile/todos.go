package hostile

// Todos are what our sync does not do yet, by scenario.
var Todos = map[string]string{}

// RandomTodos are what random worlds leave out until our sync does it, by feature.
var RandomTodos = map[string]string{}
