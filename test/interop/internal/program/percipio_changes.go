package program

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Lost responses: what happens to the response to a write that Percipio has processed.
const (
	// AnswerReset is a connection that is reset before any response.
	AnswerReset = "lostAnswer"
	// AnswerUnavailable is a 503.
	AnswerUnavailable = "status"
)

// TakeWrites returns the user writes that Percipio has received since the last call, in order, as
// `POST {"email":"…"} 201` and `PATCH <user id> {"role":"ADMIN"} 200`: the keys of a body are sorted, and a password is
// only mentioned.
func (p *Percipio) TakeWrites(t testing.TB) string {
	t.Helper()
	var writes []struct {
		Method, Path string
		Body         map[string]any
		Result       int
	}
	p.process.ask(t, map[string]any{"writes": true}, &writes)
	var lines []string
	for _, write := range writes[p.writesTaken:] {
		_, id, _ := strings.Cut(write.Path, "/users")
		if _, hasPassword := write.Body["password"]; hasPassword {
			write.Body["password"] = "***"
		}
		body, err := json.Marshal(write.Body)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(fmt.Sprintf("%s %s %s %d", write.Method, strings.TrimPrefix(id, "/"), body, write.Result))
		lines = append(lines, strings.Join(words, " "))
	}
	p.writesTaken = len(writes)
	return strings.Join(lines, "\n")
}

// UsersNow are the current users of the API.
func (p *Percipio) UsersNow(t testing.TB) []User {
	t.Helper()
	var users []User
	p.process.ask(t, map[string]any{"users": true}, &users)
	return users
}

// CanSignIn reports whether a user can sign in with a login name or an e-mail.
func (p *Percipio) CanSignIn(t testing.TB, name, password string) bool {
	t.Helper()
	var canSignIn bool
	p.process.ask(t, map[string]any{"canSignIn": []string{name, password}}, &canSignIn)
	return canSignIn
}

// LoseAnswer makes Percipio process the next write with a method, but lose the response.
func (p *Percipio) LoseAnswer(t testing.TB, method, how string) {
	t.Helper()
	fault := map[string]any{"method": method, "path": "/users", "kind": how}
	if how == AnswerUnavailable {
		fault["status"], fault["carriesOut"] = 503, true
	}
	var nothing any
	p.process.ask(t, map[string]any{"fault": fault}, &nothing)
}

// DelayReport makes Percipio respond late to the next polls of a report: a connector that finds a report not ready
// would poll again only a minute later.
func (p *Percipio) DelayReport(t testing.TB, delay time.Duration, times int) {
	t.Helper()
	var nothing any
	p.process.ask(t, map[string]any{"fault": map[string]any{
		// Not the id of zeros, which no report has: it is polled to check the permission for reporting.
		"method": "GET", "path": "/report-requests/(?!0000)", "kind": "delay", "delayMs": delay.Milliseconds(), "times": times,
	}}, &nothing)
}

// AddActivity adds a row to reports requested from now on. The status is spelled as in rows: Started, Completed.
func (p *Percipio) AddActivity(t testing.TB, userID, courseID, status, lastAccess string) {
	t.Helper()
	var nothing any
	p.process.ask(t, map[string]any{"addActivity": map[string]string{
		"userId": userID, "contentId": courseID, "status": status, "lastAccess": lastAccess,
	}}, &nothing)
}
