// Verifies a ledger with golang.org/x/mod: its notes, and its root rebuilt from the entries.
// (Its TileHashReader is not used: version 0.7 accepts corrupted tiles.)
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func due(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func path(n int64, width int64) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return name
}

func main() {
	ledger := os.Args[1]
	var verifiers []note.Verifier
	for _, vkey := range os.Args[2:] {
		verifier, err := note.NewVerifier(vkey)
		due(err)
		verifiers = append(verifiers, verifier)
	}
	data, err := os.ReadFile(filepath.Join(ledger, "checkpoint"))
	due(err)
	opened, err := note.Open(data, note.VerifierList(verifiers...))
	due(err)
	if len(opened.Sigs) != len(verifiers) {
		due(fmt.Errorf("%d of %d keys signed the checkpoint", len(opened.Sigs), len(verifiers)))
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	due(err)
	stated, err := base64.StdEncoding.DecodeString(lines[2])
	due(err)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			found[at] = stored[index]
		}
		return found, nil
	})
	for start := int64(0); start < size; start += 256 {
		width := size - start
		if width > 256 {
			width = 256
		}
		bundle, err := os.ReadFile(filepath.Join(ledger, "tile/entries", path(start/256, width)))
		due(err)
		for n := start; n < start+width; n++ {
			length := int(binary.BigEndian.Uint16(bundle))
			hashes, err := tlog.StoredHashes(n, bundle[2:2+length], reader)
			due(err)
			stored = append(stored, hashes...)
			bundle = bundle[2+length:]
		}
	}
	root, err := tlog.TreeHash(size, reader)
	due(err)
	if string(root[:]) != string(stated) {
		due(fmt.Errorf("the entries do not lead to the signed root"))
	}
	fmt.Println(size)
}
