// Drives the Go publisher for its test: each argument is a scene, whose outcome is printed as JSON.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"tricost"
)

// overHTTP speaks SQS's protocol as its SDK does, unsigned: the engine of the test does not ask who it is.
func overHTTP(ctx context.Context, entries []tricost.Entry) (map[string]bool, error) {
	type entry struct{ Id, MessageBody string }
	request := struct {
		QueueUrl string
		Entries  []entry
	}{QueueUrl: os.Getenv("TRICOST_QUEUE_URL")}
	for _, message := range entries {
		request.Entries = append(request.Entries, entry{message.ID, message.Body})
	}
	body, _ := json.Marshal(request)
	call, _ := http.NewRequestWithContext(ctx, "POST", os.Getenv("AWS_ENDPOINT_URL_SQS"), bytes.NewReader(body))
	call.Header.Set("Content-Type", "application/x-amz-json-1.0")
	call.Header.Set("X-Amz-Target", "AmazonSQS.SendMessageBatch")
	response, err := http.DefaultClient.Do(call)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	if response.StatusCode != 200 {
		return nil, fmt.Errorf("%d: %s", response.StatusCode, answer)
	}
	var outcome struct {
		Failed []struct {
			Id          string
			SenderFault bool
		}
	}
	if err := json.Unmarshal(answer, &outcome); err != nil {
		return nil, err
	}
	failed := map[string]bool{}
	for _, failure := range outcome.Failed {
		failed[failure.Id] = failure.SenderFault
	}
	return failed, nil
}

func flush(publisher *tricost.Publisher, timeout time.Duration) int {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return publisher.Flush(ctx)
}

func promptIDs() any {
	var vectors []struct{ Parts []tricost.PromptPart }
	file, _ := os.ReadFile(os.Args[2])
	if err := json.Unmarshal(file, &vectors); err != nil {
		panic(err)
	}
	ids := []string{}
	for _, vector := range vectors {
		ids = append(ids, tricost.PromptID(vector.Parts...))
	}
	return ids
}

func packs() any {
	publisher := tricost.NewPublisher(overHTTP, tricost.Options{})
	for n := 0; n < 1_200; n++ {
		feature := strings.Repeat("é😀中\uFFFE", n%90)
		if n == 7 {
			feature = strings.Repeat("x", 100_000)
		}
		usage := json.RawMessage(fmt.Sprintf(`{"prompt_tokens":%d}`, n))
		publisher.Publish(tricost.Call{Model: "gpt-5", Provider: "openai", Feature: feature, UsageRaw: usage, LatencyMS: 812})
	}
	return []any{flush(publisher, 10*time.Second), publisher.Stats()}
}

func failed() any {
	requests := [][]tricost.Entry{}
	publisher := tricost.NewPublisher(func(ctx context.Context, entries []tricost.Entry) (map[string]bool, error) {
		requests = append(requests, entries)
		if len(requests) > 1 {
			return overHTTP(ctx, entries)
		}
		_, err := overHTTP(ctx, append([]tricost.Entry{entries[0]}, entries[2:]...))
		return map[string]bool{entries[1].ID: false}, err
	}, tricost.Options{FlushAfter: time.Hour})
	for n := 0; n < 3; n++ {
		publisher.Publish(tricost.Call{Model: strings.Repeat("m", 40_000), Attempt: n + 1, UsageRaw: map[string]int{"input_tokens": 1}})
	}
	pending := flush(publisher, 10*time.Second)
	return []any{pending, requests[0][1] == requests[1][0]}
}

func losses() any {
	var isDown atomic.Bool
	isDown.Store(true)
	var told int64
	bodies := []string{}
	publisher := tricost.NewPublisher(func(_ context.Context, entries []tricost.Entry) (map[string]bool, error) {
		if isDown.Load() {
			panic("down")
		}
		for _, entry := range entries {
			bodies = append(bodies, entry.Body)
		}
		return nil, nil
	}, tricost.Options{GiveUpAfter: 1, OnError: func(dropped int, cause error) {
		atomic.AddInt64(&told, int64(dropped))
		if cause == nil {
			panic("no cause")
		}
	}})
	publisher.Publish(tricost.Call{Model: "gpt-5"})
	publisher.Publish(tricost.Call{Model: "gpt-5"})
	flush(publisher, 10*time.Second)
	isDown.Store(false)
	publisher.Publish(tricost.Call{Model: "gpt-5", UsageRaw: math.NaN()})
	publisher.Publish(tricost.Call{Model: "gpt-5"})
	flush(publisher, 10*time.Second)
	var envelope struct{ Dropped int }
	_ = json.Unmarshal([]byte(bodies[0]), &envelope)
	return []any{publisher.Stats(), atomic.LoadInt64(&told), len(bodies), envelope.Dropped}
}

func bounded() any {
	publisher := tricost.NewPublisher(func(ctx context.Context, _ []tricost.Entry) (map[string]bool, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}, tricost.Options{MaxBufferBytes: 100_000, OnError: func(int, error) { panic("nobody to tell") }})
	for n := 0; n < 2_000; n++ {
		publisher.Publish(tricost.Call{Model: strings.Repeat("m", 1_000)})
	}
	stats := publisher.Stats()
	return []any{stats.Published, stats.Sent, stats.Pending <= 2_000, stats.Dropped > 0, flush(publisher, time.Millisecond) > 0}
}

func main() {
	scenes := map[string]func() any{"promptIDs": promptIDs, "packs": packs, "failed": failed, "losses": losses, "bounded": bounded}
	outcome, err := json.Marshal(scenes[os.Args[1]]())
	if err != nil {
		panic(err)
	}
	fmt.Println(string(outcome))
}
