/* The least a discrete-event kernel can do: take the earliest of five events, draw an
   exponential time, put the event back. Heap of (time, slot), Philox4x64-10, log of the C
   library. Prints nanoseconds per event and a sum, so that nothing is optimised away. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SLOTS 5

typedef struct { int64_t time, slot; } Event;
typedef struct { uint64_t name, word, lane[4]; } Stream;

static void block(Stream *s) {
    uint64_t c0 = (s->word >> 2) + 1, c1 = s->name, c2 = 0, c3 = 0, k0 = 1, k1 = 0;
    for (int i = 0; i < 10; i++) {
        __uint128_t p0 = (__uint128_t)0xD2E7470EE14C6C93u * c0;
        __uint128_t p1 = (__uint128_t)0xCA5A826395121157u * c2;
        uint64_t h0 = p0 >> 64, h1 = p1 >> 64;
        c0 = h1 ^ c1 ^ k0; c1 = (uint64_t)p1;
        c2 = h0 ^ c3 ^ k1; c3 = (uint64_t)p0;
        k0 += 0x9E3779B97F4A7C15u; k1 += 0xBB67AE8584CAA73Bu;
    }
    s->lane[0] = c0; s->lane[1] = c1; s->lane[2] = c2; s->lane[3] = c3;
}

static int64_t draw(Stream *s) {
    if (!(s->word & 3)) block(s);
    uint64_t w = s->lane[s->word++ & 3];
    double u = (double)((w >> 12) * 2 + 1) * 0x1p-53;
    return (int64_t)(-60.0 * log(1.0 - u) * 1e9 + 0.5);
}

static int before(Event a, Event b) {
    return a.time < b.time || (a.time == b.time && a.slot < b.slot);
}

static void sift(Event *heap, Event e) {
    int i = 0;
    for (;;) {
        int child = 2 * i + 1;
        if (child >= SLOTS) break;
        if (child + 1 < SLOTS && before(heap[child + 1], heap[child])) child++;
        if (!before(heap[child], e)) break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = e;
}

int main(int count, char **given) {
    long events = count > 1 ? atol(given[1]) : 20000000;
    Stream streams[SLOTS];
    Event heap[SLOTS];
    for (int i = 0; i < SLOTS; i++) {
        streams[i].name = 77 + i; streams[i].word = 0;
        heap[i].time = 0; heap[i].slot = i;
    }
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    int64_t sum = 0;
    for (long n = 0; n < events; n++) {
        Event e = heap[0];
        sum ^= e.time;
        e.time += draw(&streams[e.slot]);
        sift(heap, e);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    double ns = (b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec);
    printf("%.2f %ld\n", ns / events, (long)(sum & 1));
    return 0;
}
