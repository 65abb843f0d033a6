package program

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// checkout is the project's folder, found from the working directory upwards.
var checkout = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "package.json")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
})

// InCheckout is the path of a file in the project.
func InCheckout(t testing.TB, elements ...string) string {
	t.Helper()
	dir, err := checkout()
	if err != nil {
		t.Fatalf("this test is not run from a folder of the project (no package.json above it): %v", err)
	}
	return filepath.Join(append([]string{dir}, elements...)...)
}

// NodeModule is the path of a command installed by npm.
func NodeModule(t testing.TB, name string) string {
	t.Helper()
	path := InCheckout(t, "node_modules", ".bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("%s is not installed (%v): run npm ci first", name, err)
	}
	return path
}

// command is how to start our program: from source with the project's Node, or as in BATON_PERCIPIO ("node
// dist/main.js", a path), split at spaces. Paths are relative to the project's folder.
func command(t testing.TB) []string {
	t.Helper()
	words := strings.Fields(os.Getenv("BATON_PERCIPIO"))
	if len(words) == 0 {
		return []string{NodeModule(t, "node"), InCheckout(t, "src", "main.ts")}
	}
	for i, word := range words {
		if path := InCheckout(t, word); strings.Contains(word, "/") && !filepath.IsAbs(word) && isFile(path) {
			words[i] = path
		}
	}
	return words
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
