package program

import (
	"encoding/json"
	"strings"
	"testing"
)

// Organization says what a made-up Percipio has. What is left out is as the simulator has it.
type Organization struct {
	Seed         int         `json:"seed,omitempty"`
	Users        int         `json:"users,omitempty"`
	Courses      int         `json:"courses,omitempty"`
	ActivityRows int         `json:"activityRows,omitempty"`
	ReportPolls  ReportPolls `json:"reportPolls"`
}

// ReportPolls is how often a report is not ready yet when it is asked for. A connector waits a second and more between
// two polls, so the default here is none.
type ReportPolls struct {
	Pending    int `json:"pending"`
	InProgress int `json:"inProgress"`
}

// Percipio is a made-up Percipio that runs.
type Percipio struct {
	URL            string
	OrganizationID string
	Token          string
	// Users are as the API gives them out.
	Users []User
	Truth Truth

	process *process
	// writesTaken is how many writes TakeWrites has told.
	writesTaken int
}

// User is a user of the API; a nil is a null or a field that is not there.
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

// StartPercipio starts a made-up Percipio.
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

// ReportsRequested is how many reports Percipio was asked to make so far.
func (p *Percipio) ReportsRequested(t testing.TB) int {
	t.Helper()
	return p.countRequests(t, "POST ", "/learning-activity")
}

// PagesOfUsersRequested is how often Percipio was asked for a page of its users so far.
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

// settings are the flags that connect our program with this Percipio.
func (p *Percipio) settings() []string {
	return []string{"--base-url", p.URL, "--organization-id", p.OrganizationID, "--api-token", p.Token}
}
