package program

import (
	"encoding/json"
	"strings"
	"testing"
)

// Organization is the size of a simulated Percipio. Missing fields have the simulator's defaults.
type Organization struct {
	Seed         int         `json:"seed,omitempty"`
	Users        int         `json:"users,omitempty"`
	Courses      int         `json:"courses,omitempty"`
	ActivityRows int         `json:"activityRows,omitempty"`
	ReportPolls  ReportPolls `json:"reportPolls"`
}

// ReportPolls is how many polls find a report not ready. A connector waits a second or more between two polls, so the
// default here is none.
type ReportPolls struct {
	Pending    int `json:"pending"`
	InProgress int `json:"inProgress"`
}

// Percipio is a simulated Percipio, running.
type Percipio struct {
	URL            string
	OrganizationID string
	Token          string
	// Users are as in the API.
	Users []User
	Truth Truth

	process *process
	// writesTaken is how many writes TakeWrites has returned.
	writesTaken int
}

// User is a user of the API; nil is a null or a missing field.
type User struct {
	ID             string
	ExternalUserID *string
	Email          *string
	LoginName      *string
	FirstName      *string
	LastName       *string
	Role           *string
	JobTitle       *string
	IsActive       *bool
	IsInstructor   *bool
	UpdatedAt      *string
}

// StartPercipio starts a simulated Percipio.
func StartPercipio(t testing.TB, organization Organization) *Percipio {
	t.Helper()
	options, err := json.Marshal(organization)
	if err != nil {
		t.Fatal(err)
	}
	script := InCheckout(t, "test", "interop", "percipio.ts")
	percipio := &Percipio{process: start(t, nil, NodeModule(t, "node"), script, string(options))}
	if err := json.Unmarshal(percipio.process.readLine(t), percipio); err != nil {
		t.Fatal(err)
	}
	return percipio
}

// ReportsRequested is the number of reports requested from Percipio so far.
func (p *Percipio) ReportsRequested(t testing.TB) int {
	t.Helper()
	return p.countRequests(t, "POST ", "/learning-activity")
}

// PagesOfUsersRequested is the number of pages of users requested from Percipio so far.
func (p *Percipio) PagesOfUsersRequested(t testing.TB) int {
	t.Helper()
	return p.countRequests(t, "GET ", "/users")
}

func (p *Percipio) countRequests(t testing.TB, method, pathEnd string) int {
	t.Helper()
	var requests []string
	p.process.ask(t, map[string]any{"requests": true}, &requests)
	count := 0
	for _, request := range requests {
		if strings.HasPrefix(request, method) && strings.HasSuffix(request, pathEnd) {
			count++
		}
	}
	return count
}

// settings are the flags that connect our program to this Percipio.
func (p *Percipio) settings() []string {
	return []string{"--base-url", p.URL, "--organization-id", p.OrganizationID, "--api-token", p.Token}
}
