package hostile

// Todos are what our sync does not do yet, by scenario.
var Todos = map[string]string{
	"pages of resources that are enqueued":                    "point 1: enqueued pages are not checked, and page tokens may go in a circle",
	"the page tokens of entitlements go in a circle":          "point 1: enqueued pages are not checked, and page tokens may go in a circle",
	"the page tokens of types go in a circle":                 "point 1: enqueued pages are not checked, and page tokens may go in a circle",
	"types that are at first UNAVAILABLE":                     "point 3: a call is not retried",
	"types that are at first DEADLINE_EXCEEDED":               "point 3: a call is not retried",
	"resources that are at first UNAVAILABLE":                 "point 3: a call is not retried",
	"resources that are at first DEADLINE_EXCEEDED":           "point 3: a call is not retried",
	"static entitlements that are at first UNAVAILABLE":       "point 3: a call is not retried",
	"static entitlements that are at first DEADLINE_EXCEEDED": "point 3: a call is not retried",
	"entitlements that are at first UNAVAILABLE":              "point 3: a call is not retried",
	"entitlements that are at first DEADLINE_EXCEEDED":        "point 3: a call is not retried",
	"grants that are at first UNAVAILABLE":                    "point 3: a call is not retried",
	"grants that are at first DEADLINE_EXCEEDED":              "point 3: a call is not retried",
	"a listing that is twice unavailable":                     "point 3: a call is not retried",
	"a listing that is unavailable until a time":              "point 3: a call is not retried",
	"a type-scoped listing that is at first unavailable":      "point 3: a call is not retried",
	"an enqueued page that is at first unavailable":           "point 3: a call is not retried",
	"a target that is at first unavailable":                   "point 3: a call is not retried",
}

// RandomTodos are what random worlds leave out until our sync does it, by feature.
var RandomTodos = map[string]string{
	"calls that fail for the moment": "point 3: a call is not retried",
}
