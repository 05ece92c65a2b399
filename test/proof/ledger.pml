/*
 * The ledger's protocol for one budget and two requests, for Spin to try in every order there is.
 *
 * A message that has been sent stays in the network for ever: it may be delivered never, once, again and again, and
 * after any other. An answer may come or be given up for lost at any moment, a request's gateway may die at any moment,
 * and any open reservation may expire at any moment: there is no clock, so nothing rests on one. The provider counts for
 * itself, honours the cap of the grant, and goes on generating when the gateway has died.
 *
 * With -DBUG=<name> the store makes one mistake, which must be found.
 */
#ifndef LIMIT
#define LIMIT 4
#define FIRST 2         /* what a request reserves, */
#define TOTAL 3         /* and the total that it extends to */
#endif
#define REQUESTS 2

#define REFUND_ON_EXPIRY   1
#define DELTA_FOR_TOTAL    2
#define LATE_SETTLE_LOST   3
#define NO_TOMBSTONE       4
#define EXPIRED_IS_FINAL   5
#define SETTLE_AGAIN       6
#define RESERVE_AGAIN      7
#define HELD_NOT_COUNTED   8
#define REVIVED_FOR_FREE   9
#define EXTEND_UNCHECKED  10
#define LATE_SETTLE_ADDS  11

#ifndef BUG
#define BUG 0
#endif

mtype = { none, open, expired, settled, released }          /* a reservation */
mtype = { silence, ok, denied, finished, conflict }         /* an answer */

typedef Request {
  bool reserve, extend, heartbeat, settle, release;         /* sent */
  mtype reserved = silence;
  mtype extended = silence;
  mtype closed = silence;
  byte granted;                                             /* the cap, as the gateway knows it */
  bool calling;                                             /* the provider is generating */
  byte billed;                                              /* by the provider's own count */
  byte told                                                 /* what the settle says */
}

typedef Reservation {
  mtype state = none;
  byte held;
  byte charge
}

Request request[REQUESTS];
Reservation reservation[REQUESTS];
short spent;
short reserved;
short unconfirmed;

#define R reservation[c]
#define Q request[c]

/* What a reservation may hold, and what it adds to the counters, by its record alone. */
#define MOST(c)    (request[c].extend -> TOTAL : FIRST)
#define HOLDS(c)   (reservation[c].state == open -> reservation[c].held : 0)
#define CHARGED(c) (reservation[c].state == expired -> reservation[c].held : \
                    (reservation[c].state == settled -> reservation[c].charge : 0))
#define DEAD(c)    (reservation[c].state == expired -> reservation[c].held : 0)

inline check() {
  assert(reserved == HOLDS(0) + HOLDS(1));                  /* I1 */
  assert(spent == CHARGED(0) + CHARGED(1));                 /* I2 */
  assert(unconfirmed == DEAD(0) + DEAD(1));
  assert(spent >= 0 && reserved >= 0 && unconfirmed >= 0);
  assert(reservation[0].held <= MOST(0));                   /* repeats change nothing */
  assert(reservation[1].held <= MOST(1));
  assert(request[0].billed <= HOLDS(0) + CHARGED(0));       /* I12: what was billed is in the books */
  assert(request[1].billed <= HOLDS(1) + CHARGED(1));
  assert(request[0].billed + request[1].billed <= LIMIT)    /* the promise */
}

inline admit(c, more, answer) {
  if
  :: spent + (BUG == HELD_NOT_COUNTED -> 0 : reserved) + more <= LIMIT ||
     (BUG == EXTEND_UNCHECKED && R.state == open) ->
     reserved = reserved + more;
     R.held = R.held + more;                                /* last: `more` may be told in terms of it */
     assert(spent + reserved <= LIMIT);                     /* I3 */
     answer = ok
  :: else -> answer = denied
  fi
}

inline on_reserve(c) {
  if
  :: R.state == none ->
     admit(c, FIRST, Q.reserved);
     if
     :: Q.reserved == ok ->
        assert(!(Q.release && Q.closed == ok));             /* what was given up does not come to life */
        R.state = open
     :: else
     fi
  :: R.state == open && BUG == RESERVE_AGAIN -> admit(c, FIRST, Q.reserved)
  :: R.state == open && BUG != RESERVE_AGAIN -> Q.reserved = ok
  :: else -> Q.reserved = finished
  fi
}

inline revive(c) {
  if
  :: R.state == expired ->
     R.state = open;
     spent = spent - R.held;
     unconfirmed = unconfirmed - R.held;
     if
     :: BUG != REVIVED_FOR_FREE -> reserved = reserved + R.held
     :: else
     fi
  :: else
  fi
}

inline on_extend(c) {
  if
  :: R.state == open || R.state == expired ->
     revive(c);
     if
     :: BUG == DELTA_FOR_TOTAL -> admit(c, TOTAL - FIRST, Q.extended)
     :: BUG != DELTA_FOR_TOTAL && R.held < TOTAL -> admit(c, TOTAL - R.held, Q.extended)
     :: else -> Q.extended = ok
     fi
  :: else -> Q.extended = finished
  fi
}

inline on_settle(c) {
  if
  :: R.state == open -> reserved = reserved - R.held; book(c)
  :: R.state == expired && BUG == LATE_SETTLE_LOST
  :: R.state == expired && BUG != LATE_SETTLE_LOST ->
     spent = spent - (BUG == LATE_SETTLE_ADDS -> 0 : R.held);
     unconfirmed = unconfirmed - R.held;
     book(c)
  :: R.state == settled && BUG == SETTLE_AGAIN -> spent = spent + Q.told
  :: else
  fi;
  Q.closed = ok
}

inline book(c) {
  R.state = settled;
  R.charge = Q.told;
  spent = spent + R.charge
}

inline on_release(c) {
  if
  :: R.state == none ->
     if
     :: BUG != NO_TOMBSTONE -> R.state = released
     :: else
     fi;
     Q.closed = ok
  :: R.state == open -> reserved = reserved - R.held; R.state = released; Q.closed = ok
  :: R.state == expired && BUG == EXPIRED_IS_FINAL -> Q.closed = conflict
  :: R.state == expired && BUG != EXPIRED_IS_FINAL ->
     spent = spent - R.held;
     unconfirmed = unconfirmed - R.held;
     R.state = released;
     Q.closed = ok
  :: R.state == settled -> Q.closed = conflict
  :: R.state == released -> Q.closed = ok
  fi
}

inline on_expiry(c) {
  R.state = expired;
  reserved = reserved - R.held;
  if
  :: BUG != REFUND_ON_EXPIRY -> spent = spent + R.held; unconfirmed = unconfirmed + R.held
  :: else -> R.state = released
  fi
}

/* The network delivers, and time passes. */
active proctype store() {
  byte c;
end:
  do
  :: d_step { request[0].reserve   -> c = 0; on_reserve(c); check() }
  :: d_step { request[1].reserve   -> c = 1; on_reserve(c); check() }
  :: d_step { request[0].extend    -> c = 0; on_extend(c);  check() }
  :: d_step { request[1].extend    -> c = 1; on_extend(c);  check() }
  :: d_step { request[0].heartbeat -> c = 0; revive(c);     check() }
  :: d_step { request[1].heartbeat -> c = 1; revive(c);     check() }
  :: d_step { request[0].settle    -> c = 0; on_settle(c);  check() }
  :: d_step { request[1].settle    -> c = 1; on_settle(c);  check() }
  :: d_step { request[0].release   -> c = 0; on_release(c); check() }
  :: d_step { request[1].release   -> c = 1; on_release(c); check() }
  :: d_step { reservation[0].state == open -> c = 0; on_expiry(c); check() }
  :: d_step { reservation[1].state == open -> c = 1; on_expiry(c); check() }
  od
}

/* Generates a unit at a time, whether anybody reads or not. */
active proctype provider() {
end:
  do
  :: d_step { request[0].calling && request[0].billed < request[0].granted -> request[0].billed++; check() }
  :: d_step { request[1].calling && request[1].billed < request[1].granted -> request[1].billed++; check() }
  od
}

active [REQUESTS] proctype gateway() {
  byte c = _pid - 2;

  Q.reserve = true;
  if
  :: Q.reserved == ok
  :: Q.reserved == denied || Q.reserved == finished -> goto end
  :: goto give_up                                           /* no answer in time: the effect is unknown */
  :: goto end                                               /* died */
  fi;
  atomic { Q.granted = FIRST; Q.calling = true };
  do
  :: !Q.heartbeat -> Q.heartbeat = true
  :: !Q.extend ->
     Q.extend = true;
     if
     :: Q.extended == ok -> Q.granted = TOTAL
     :: Q.extended == denied || Q.extended == finished
     :: true                                                /* no answer: what is held is all there is */
     fi
  :: break
  :: goto end                                               /* died: the provider goes on */
  od;
  atomic { Q.calling = false; Q.told = Q.billed; Q.settle = true };
  if
  :: d_step { Q.closed == ok -> assert(R.state == settled && R.charge == Q.billed) }
  :: goto end
  fi;
  goto end;

give_up:
  Q.release = true;
  if
  :: d_step { Q.closed != silence -> assert(Q.closed == ok && R.state == released) }
  :: goto end
  fi;
end:
  skip
}
