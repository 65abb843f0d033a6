package hostile

// externalTodo is why all other files differ.
const externalTodo = "point 8: resources of another file are not copied"

// Todos are what our sync does not do yet, by scenario.
var Todos = map[string]string{
	"another file without a match":                                              externalTodo,
	"another file: all users":                                                   externalTodo,
	"another file: all groups":                                                  externalTodo,
	"another file: all apps, which are not matched":                             externalTodo,
	"another file: by id":                                                       externalTodo,
	"another file: by an id of nobody":                                          externalTodo,
	"another file: by e-mail":                                                   externalTodo,
	"another file: by the e-mail of a profile":                                  externalTodo,
	"another file: by profile":                                                  externalTodo,
	"another file: by Greek letters":                                            externalTodo,
	"another file: by a dotted İ":                                               externalTodo,
	"another file: by a number in a profile":                                    externalTodo,
	"another file: by the profile of a group":                                   externalTodo,
	"another file: by a trait that is not matched":                              externalTodo,
	"another file: by nothing":                                                  externalTodo,
	"another file: several matches of a grant":                                  externalTodo,
	"another file: the same principal twice":                                    externalTodo,
	"another file: an expandable grant":                                         externalTodo,
	"another file: an expandable grant by profile":                              externalTodo,
	"another file: an expandable grant of an entitlement that is missing there": externalTodo,
	"another file: an expandable grant whose entitlement is not a bid":          externalTodo,
	"another file: a malformed match":                                           externalTodo,
	"another file: resources that are also listed":                              externalTodo,
	"another file: grants to its types":                                         externalTodo,
	"another file: apps":                                                        externalTodo,
	"another file: who has an entitlement":                                      externalTodo,
	"another file: who has an entitlement that it lacks":                        externalTodo,
	"another file, and some types alone":                                        externalTodo,
	"another file, and resources alone":                                         externalTodo,
}

// RandomTodos are what random worlds leave out until our sync does it, by feature.
var RandomTodos = map[string]string{}
