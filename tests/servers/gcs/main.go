// A Google Cloud Storage for the tests, in memory. The client speaks the XML interface, whose bare
// PUT the server knows only as a signed one, and wants an ETag in the answer to it.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/fsouza/fake-gcs-server/fakestorage"
)

func main() {
	// The one argument is the port.
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fail(err)
	}
	address := listener.Addr().String()
	server, err := fakestorage.NewServerWithOptions(fakestorage.Options{
		NoListener: true,
		PublicHost: address,
	})
	if err != nil {
		fail(err)
	}
	server.CreateBucketWithOpts(fakestorage.CreateBucketOpts{Name: "acta"})
	handler := server.HTTPHandler()
	fail(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.RawQuery == "" {
			r.URL.RawQuery = "X-Goog-Algorithm=GOOG4-RSA-SHA256"
			w.Header().Set("ETag", `"put"`)
		}
		handler.ServeHTTP(w, r)
	})))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
