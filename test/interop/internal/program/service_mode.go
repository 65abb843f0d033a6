package program

import "testing"

// TryServiceMode has our program do tasks with credentials that it should refuse before it calls anybody, and tells how
// it ended.
func TryServiceMode(t testing.TB, percipio *Percipio, clientID, clientSecret string) Result {
	t.Helper()
	argv := append(command(t), percipio.settings()...)
	env := []string{"BATON_CLIENT_ID=" + clientID, "BATON_CLIENT_SECRET=" + clientSecret}
	return Run(t, env, argv...)
}
