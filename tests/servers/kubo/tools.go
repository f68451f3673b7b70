//go:build tools

// Package tools names the IPFS node that the tests build, so that go.sum pins its source.
package tools

import _ "github.com/ipfs/kubo/cmd/ipfs"
