package program

import "strings"

// Truth is what a correct sync finds, as the simulator computes it without the connector.
type Truth struct {
	UserIDs        []string
	CourseIDs      []string
	RoleIDs        []string
	EntitlementIDs []string
	GrantIDs       []string
}

// ResourceIDs are the ids of users, courses and roles with their types: `user:<id>`, `course:<id>`, `role:<id>`.
func (t Truth) ResourceIDs() []string {
	var ids []string
	for _, id := range t.UserIDs {
		ids = append(ids, "user:"+id)
	}
	for _, id := range t.CourseIDs {
		ids = append(ids, "course:"+id)
	}
	for _, id := range t.RoleIDs {
		ids = append(ids, "role:"+id)
	}
	return ids
}

// EntitlementsOf are the entitlements of a course.
func (t Truth) EntitlementsOf(courseID string) []string {
	return withPrefix(t.EntitlementIDs, "course:"+courseID+":")
}

// GrantsOf are the grants of a course.
func (t Truth) GrantsOf(courseID string) []string {
	return withPrefix(t.GrantIDs, "course:"+courseID+":")
}

// EntitlementsOfType are the entitlements of all resources of a type.
func (t Truth) EntitlementsOfType(typeID string) []string {
	return withPrefix(t.EntitlementIDs, typeID+":")
}

// GrantsOfType are the grants of all resources of a type.
func (t Truth) GrantsOfType(typeID string) []string {
	return withPrefix(t.GrantIDs, typeID+":")
}

// GrantsOn are the grants of an entitlement.
func (t Truth) GrantsOn(entitlementID string) []string {
	return withPrefix(t.GrantIDs, entitlementID+":")
}

// EntitlementsHeldBy are the entitlements granted to a user.
func (t Truth) EntitlementsHeldBy(userID string) []string {
	var ids []string
	for _, id := range t.GrantIDs {
		if entitlementID, isHeld := strings.CutSuffix(id, ":user:"+userID); isHeld {
			ids = append(ids, entitlementID)
		}
	}
	return ids
}

// PrincipalIDs are the users with any grant: `user:<id>`, without duplicates.
func (t Truth) PrincipalIDs() []string {
	return Principals(t.GrantIDs)
}

// Principals are the users of some grants: `user:<id>`, without duplicates.
func Principals(grantIDs []string) []string {
	var ids []string
	seen := map[string]bool{}
	for _, id := range grantIDs {
		userID := id[strings.LastIndexByte(id, ':')+1:]
		if !seen[userID] {
			seen[userID] = true
			ids = append(ids, "user:"+userID)
		}
	}
	return ids
}

// MostTakenCourse is the course with the most grants.
func (t Truth) MostTakenCourse() string {
	counts := map[string]int{}
	most := ""
	for _, id := range t.GrantsOfType("course") {
		course := strings.Split(id, ":")[1]
		counts[course]++
		if counts[course] > counts[most] {
			most = course
		}
	}
	return most
}

func withPrefix(ids []string, prefix string) []string {
	var found []string
	for _, id := range ids {
		if strings.HasPrefix(id, prefix) {
			found = append(found, id)
		}
	}
	return found
}
