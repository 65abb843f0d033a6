package program

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Lost answers: what strikes the answer to a write that Percipio has carried out.
const (
	// AnswerReset is a connection that is reset before any answer.
	AnswerReset = "lostAnswer"
	// AnswerUnavailable is a 503.
	AnswerUnavailable = "status"
)

// TakeWrites tells the writes of users that Percipio got since it was last asked, in order, as
// `POST {"email":"…"} 201` and `PATCH <user id> {"role":"ADMIN"} 200`: the keys of a body are sorted, and of a password
// it says only that it is there.
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

// UsersNow are the users as the API gives them out now.
func (p *Percipio) UsersNow(t testing.TB) []User {
	t.Helper()
	var users []User
	p.process.ask(t, map[string]any{"users": true}, &users)
	return users
}

// CanSignIn tells whether a person can sign in by a login name or an e-mail.
func (p *Percipio) CanSignIn(t testing.TB, name, password string) bool {
	t.Helper()
	var canSignIn bool
	p.process.ask(t, map[string]any{"canSignIn": []string{name, password}}, &canSignIn)
	return canSignIn
}

// LoseAnswer has Percipio carry out the next write with a method, and not say so.
func (p *Percipio) LoseAnswer(t testing.TB, method, how string) {
	t.Helper()
	fault := map[string]any{"method": method, "path": "/users", "kind": how}
	if how == AnswerUnavailable {
		fault["status"], fault["carriesOut"] = 503, true
	}
	var nothing any
	p.process.ask(t, map[string]any{"fault": fault}, &nothing)
}

// DelayReport has Percipio answer the next ones late who ask whether a report is ready: a connector that was told that it
// is not would ask again after a minute.
func (p *Percipio) DelayReport(t testing.TB, delay time.Duration, times int) {
	t.Helper()
	var nothing any
	p.process.ask(t, map[string]any{"fault": map[string]any{
		// Not the id of zeros, which no report has: it is asked for to see whether reporting is permitted.
		"method": "GET", "path": "/report-requests/(?!0000)", "kind": "delay", "delayMs": delay.Milliseconds(), "times": times,
	}}, &nothing)
}

// AddActivity adds a row to the reports that are requested from now on. The status is as rows spell it: Started, Completed.
func (p *Percipio) AddActivity(t testing.TB, userID, courseID, status, lastAccess string) {
	t.Helper()
	var nothing any
	p.process.ask(t, map[string]any{"addActivity": map[string]string{
		"userId": userID, "contentId": courseID, "status": status, "lastAccess": lastAccess,
	}}, &nothing)
}
