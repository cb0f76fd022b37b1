// Package tricost publishes LLM calls to tricost. Copy this file into your app; it needs Go 1.19 or later and
// golang.org/x/text.
package tricost

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	mathrand "math/rand"
	"strings"
	"sync"
	"time"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

const (
	chunkBytes    = 65_536    // SQS bills every started 64 KiB of a message
	maxBatchBytes = 1_048_576 // of a message, and of a batch of up to ten
	envelopeBytes = 160
)

// Call is one LLM call; the fields are those of the event contract, and an empty one is unknown.
type Call struct {
	EventID     string            `json:"event_id"` // filled in where empty
	TS          time.Time         `json:"ts"`       // start of the request; LatencyMS ago where zero
	UserID      string            `json:"user_id,omitempty"`
	Feature     string            `json:"feature,omitempty"`
	PromptID    string            `json:"prompt_id,omitempty"`
	PromptName  string            `json:"prompt_name,omitempty"`
	Provider    string            `json:"provider,omitempty"`
	Model       string            `json:"model"`               // that answered
	UsageRaw    any               `json:"usage_raw,omitempty"` // the provider's own object: json.RawMessage(response.Usage.RawJSON())
	ServiceTier string            `json:"service_tier,omitempty"`
	Batch       bool              `json:"batch,omitempty"`
	Status      string            `json:"status,omitempty"` // ok (when empty), error, aborted, timeout, abandoned
	LatencyMS   int64             `json:"latency_ms,omitempty"`
	TTFTMS      int64             `json:"ttft_ms,omitempty"`
	Stream      bool              `json:"stream,omitempty"`
	Attempt     int               `json:"attempt,omitempty"`
	ResponseID  string            `json:"response_id,omitempty"`
	TraceID     string            `json:"trace_id,omitempty"`
	UserTier    string            `json:"user_tier,omitempty"`
	Environment string            `json:"environment,omitempty"`
	Service     string            `json:"service,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// PromptPart is a message of a prompt template.
type PromptPart struct{ Role, Text string }

// PromptID is the id of a prompt template: PromptID(PromptPart{"system", "You are …"}, PromptPart{"user", "{{question}}"}).
func PromptID(parts ...PromptPart) string {
	texts := make([]string, len(parts))
	for index, part := range parts {
		text := norm.NFC.String(strings.ToValidUTF8(part.Text, "\uFFFD"))
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
		for number, line := range lines {
			lines[number] = strings.TrimRight(line, " \t")
		}
		texts[index] = part.Role + "\x1f" + strings.Trim(strings.Join(lines, "\n"), " \t\n")
	}
	digest := sha256.Sum256([]byte("tricost.prompt.v1\n" + strings.Join(texts, "\x1e")))
	return "p_" + hex.EncodeToString(digest[:])[:16]
}

// Entry is an SQS message.
type Entry struct{ ID, Body string }

// Sender sends up to ten messages as one batch. failed has the ids that SQS did not take, and whether it never will
// (SenderFault).
type Sender func(ctx context.Context, entries []Entry) (failed map[string]bool, err error)

// Options has the defaults where a field is zero.
type Options struct {
	FlushAfter     time.Duration // how long a call may wait for others: 1 s
	MaxBufferBytes int           // memory for calls that wait; beyond it the oldest go: 8 MiB
	GiveUpAfter    time.Duration // how long a message is retried: 5 min
	// OnError is told of every failed delivery and every loss.
	OnError func(dropped int, cause error)
}

// Stats counts calls since the start; Published = Sent + Dropped + Pending.
type Stats struct{ Published, Sent, Dropped, Pending int }

// Publisher takes calls without ever getting in the app's way, and sends them, packed, in the background.
type Publisher struct {
	send       Sender
	options    Options
	producerID string
	start      sync.Once
	wake       chan struct{}

	mutex                    sync.Mutex
	settled                  chan struct{} // closed and renewed whenever calls were sent or dropped
	events                   []string
	bytes                    int
	waitingSince             time.Time
	isDue                    bool
	sequence                 int
	published, sent, dropped int
	unreported               int
}

// NewPublisher makes a publisher: one a process.
func NewPublisher(send Sender, options Options) *Publisher {
	if options.FlushAfter == 0 {
		options.FlushAfter = time.Second
	}
	if options.MaxBufferBytes == 0 {
		options.MaxBufferBytes = 8 << 20
	}
	if options.GiveUpAfter == 0 {
		options.GiveUpAfter = 5 * time.Minute
	}
	if options.OnError == nil {
		options.OnError = func(int, error) {}
	}
	return &Publisher{send: send, options: options, producerID: uuid(), wake: make(chan struct{}, 1), settled: make(chan struct{})}
}

// Publish takes a call. It returns at once and never panics.
func (p *Publisher) Publish(call Call) {
	event, err := serialise(call)
	lost := 0
	p.mutex.Lock()
	p.published++
	if err != nil {
		lost = 1
	} else {
		if len(p.events) == 0 {
			p.waitingSince = time.Now()
		}
		p.events = append(p.events, event)
		p.bytes += len(event) + 1
		for p.bytes > p.options.MaxBufferBytes {
			p.bytes -= len(p.events[0]) + 1
			p.events = p.events[1:]
			lost++
			err = errors.New("the buffer is full")
		}
	}
	p.settle(0, lost)
	p.mutex.Unlock()
	p.tell(lost, err)
	p.start.Do(func() { go p.run() })
	p.rouse()
}

// Flush sends what waits: before a process ends, a serverless function returns. It gives the calls that are still on their
// way when the context is done.
func (p *Publisher) Flush(ctx context.Context) int {
	p.mutex.Lock()
	upTo := p.published
	p.isDue = len(p.events) > 0
	p.mutex.Unlock()
	p.rouse()
	for {
		p.mutex.Lock()
		pending, settled := upTo-p.sent-p.dropped, p.settled
		p.mutex.Unlock()
		if pending <= 0 {
			return 0
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return pending
		}
	}
}

// Stats says what became of the calls.
func (p *Publisher) Stats() Stats {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return Stats{p.published, p.sent, p.dropped, p.published - p.sent - p.dropped}
}

func (p *Publisher) run() {
	for {
		p.waitUntilDue()
		p.deliver(p.takeBatch())
	}
}

func (p *Publisher) rouse() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *Publisher) waitUntilDue() {
	for {
		p.mutex.Lock()
		wait := time.Duration(math.MaxInt64)
		if len(p.events) > 0 {
			wait = time.Until(p.waitingSince.Add(p.options.FlushAfter))
		}
		isDue := len(p.events) > 0 && (p.isDue || p.bytes >= chunkBytes || wait <= 0)
		p.mutex.Unlock()
		if isDue {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-p.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

type message struct {
	Entry
	calls, reports int
}

// takeBatch packs up to ten envelopes of a billing chunk each.
func (p *Publisher) takeBatch() []message {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	var batch []message
	batchBytes := 0
	for len(p.events) > 0 && len(batch) < 10 {
		calls, size := 1, envelopeBytes+len(p.events[0])+1
		for calls < len(p.events) && size+len(p.events[calls])+1 <= chunkBytes {
			size += len(p.events[calls]) + 1
			calls++
		}
		if len(batch) > 0 && batchBytes+size > maxBatchBytes {
			break
		}
		batchBytes += size
		p.bytes -= size - envelopeBytes
		p.sequence++
		body := fmt.Sprintf(`{"v":1,"producer_id":"%s","sequence":%d,"dropped":%d,"events":[%s]}`,
			p.producerID, p.sequence, p.unreported, strings.Join(p.events[:calls], ","))
		batch = append(batch, message{Entry{fmt.Sprint(p.sequence), body}, calls, p.unreported})
		p.unreported = 0
		p.events = p.events[calls:]
	}
	p.waitingSince = time.Now()
	p.isDue = p.isDue && len(p.events) > 0
	return batch
}

// deliver sends the same bodies until SQS has them all, refuses them, or time is up.
func (p *Publisher) deliver(batch []message) {
	giveUpAt := time.Now().Add(p.options.GiveUpAfter)
	for attempt := 0; len(batch) > 0; attempt++ {
		failed, err := p.trySend(batch)
		delay := time.Duration(mathrand.Float64() * math.Min(10, 0.2*math.Pow(2, float64(attempt))) * float64(time.Second))
		isOver := time.Now().Add(delay).After(giveUpAt)
		var remaining []message
		sent, lost, unreported := 0, 0, 0
		for _, message := range batch {
			isRefused, isFailed := failed[message.ID]
			switch {
			case !isFailed:
				sent += message.calls
			case isRefused || isOver:
				lost += message.calls
				unreported += message.reports // what a lost envelope was to report, the next one must
			default:
				remaining = append(remaining, message)
			}
		}
		p.mutex.Lock()
		p.unreported += unreported
		p.settle(sent, lost)
		p.mutex.Unlock()
		p.tell(lost, err)
		if batch = remaining; len(batch) > 0 {
			time.Sleep(delay)
		}
	}
}

func (p *Publisher) trySend(batch []message) (failed map[string]bool, err error) {
	entries := make([]Entry, len(batch))
	for index, message := range batch {
		entries[index] = message.Entry
	}
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the sender panicked: %v", cause)
		}
		if err != nil {
			failed = map[string]bool{}
			for _, entry := range entries {
				failed[entry.ID] = false
			}
		} else if len(failed) > 0 {
			err = fmt.Errorf("SQS did not take %d messages", len(failed))
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return p.send(ctx, entries)
}

// settle wants the mutex.
func (p *Publisher) settle(sent, lost int) {
	p.sent += sent
	p.dropped += lost
	p.unreported += lost
	if sent+lost > 0 {
		close(p.settled)
		p.settled = make(chan struct{})
	}
}

func (p *Publisher) tell(dropped int, cause error) {
	if cause == nil {
		return
	}
	defer func() { _ = recover() }() // there is nobody left to tell
	p.options.OnError(dropped, cause)
}

// serialise gives a call the identity that makes every retry harmless.
func serialise(call Call) (event string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("a call that cannot be written: %v", cause)
		}
	}()
	if call.EventID == "" {
		call.EventID = uuid()
	}
	if call.TS.IsZero() {
		call.TS = time.Now().Add(-time.Duration(call.LatencyMS) * time.Millisecond)
	}
	call.TS = call.TS.UTC()
	written, err := json.Marshal(call)
	if err != nil {
		return "", err
	}
	event = escape(string(written))
	if len(event) > maxBatchBytes-envelopeBytes {
		return "", fmt.Errorf("a call of %d bytes fits into no message", len(event))
	}
	return event, nil
}

// escape writes as \u what SQS refuses in a body (U+FFFE, U+FFFF) and what local engines may (all beyond the basic plane).
func escape(written string) string {
	var escaped strings.Builder
	for _, r := range written {
		if high, low := utf16.EncodeRune(r); r > 0xFFFF {
			fmt.Fprintf(&escaped, `\u%04x\u%04x`, high, low)
		} else if r == 0xFFFE || r == 0xFFFF {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		} else {
			escaped.WriteRune(r)
		}
	}
	return escaped.String()
}

// uuid is a random one, version 4.
func uuid() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
