//go:build !linux

package program

import "os/exec"

// dieWithParent does nothing: only Linux has a way.
func dieWithParent(*exec.Cmd) {}
