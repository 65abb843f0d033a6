package wire

import (
	"cmp"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Difference is what the two sides say about one declaration.
type Difference struct {
	Subject
	Ours, Theirs string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s %s\n  ours:   %s\n  theirs: %s", d.Kind, d.Name, d.Ours, d.Theirs)
}

// Comparison is what two sets of facts have in common, and what they do not. Each list is sorted by name.
type Comparison struct {
	Same      []Subject
	Different []Difference
	// OnlyOurs and OnlyTheirs leave out declarations inside others of the list.
	OnlyOurs   []Subject
	OnlyTheirs []Subject
}

// Compare compares our facts with theirs.
func Compare(ours, theirs Facts) Comparison {
	var result Comparison
	for subject, fact := range ours {
		other, isThere := theirs[subject]
		switch {
		case !isThere:
			result.OnlyOurs = append(result.OnlyOurs, subject)
		case fact != other:
			result.Different = append(result.Different, Difference{subject, fact, other})
		default:
			result.Same = append(result.Same, subject)
		}
	}
	for subject := range theirs {
		if _, isThere := ours[subject]; !isThere {
			result.OnlyTheirs = append(result.OnlyTheirs, subject)
		}
	}
	result.OnlyOurs = outermost(result.OnlyOurs)
	result.OnlyTheirs = outermost(result.OnlyTheirs)
	slices.SortFunc(result.Same, byName)
	slices.SortFunc(result.Different, func(a, b Difference) int { return byName(a.Subject, b.Subject) })
	return result
}

// outermost drops declarations inside others of the list: a missing message implies its fields.
func outermost(subjects []Subject) []Subject {
	listed := map[protoreflect.FullName]bool{}
	for _, subject := range subjects {
		listed[subject.Name] = true
	}
	kept := slices.DeleteFunc(subjects, func(subject Subject) bool {
		for parent := subject.Name.Parent(); parent != ""; parent = parent.Parent() {
			if listed[parent] {
				return true
			}
		}
		return false
	})
	slices.SortFunc(kept, byName)
	return kept
}

func byName(a, b Subject) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind))
}
