/** What a warning is about: for a log to be searched by, and alerts to be set on. */
export type WarningCode =
  /** A stage is mounted where it cannot work; the sentence is the cure. */
  | 'TOLLGATE_MISASSEMBLED'
  /** A handler behind the stages threw something that is no refusal. */
  | 'TOLLGATE_FAULT'
  /** The books refused to reserve, for a reason that no caller can mend. */
  | 'TOLLGATE_LEDGER'
  /** How a request ended was not booked at once: it is kept and told again, or there is no room and it expires. */
  | 'TOLLGATE_SETTLE_FAILED'
  /** What the processes of a fleet know of deployments is not shared just now. */
  | 'TOLLGATE_CLOSURES'
  /** Nobody tells this process of changed keys just now: they take effect when what it remembers is too old. */
  | 'TOLLGATE_DIRECTORY'
  /** A handler did not say what it bought, and was charged what was reserved. */
  | 'TOLLGATE_USAGE_UNTOLD'
  /** Usage came when the request had been charged for exactly what was told before. */
  | 'TOLLGATE_LATE_USAGE'
  /** Work that was to go on after the answer failed. */
  | 'TOLLGATE_PENDING_FAILED'
  /** The keys of an issuer of tokens cannot be had: those that are known are used as long as they may be. */
  | 'TOLLGATE_ISSUER'
  /** Records are late, or lost. */
  | 'TOLLGATE_AUDIT'
  /** What was granted cannot be read: nobody has more than their tier. */
  | 'TOLLGATE_GRANTS'
  /** Whose it is that a provider has stored could not be written down: its maker cannot go on with it. */
  | 'TOLLGATE_OWNER_UNKNOWN'
  /** The cache does not answer, or not in time: requests are served without it. */
  | 'TOLLGATE_CACHE'

/**
 * Tell whoever runs this process something that no caller may read. A warning goes to stderr, once a call, and to
 * `process.on('warning')`, where a service's own log can take it up.
 */
export function warn(code: WarningCode, sentence: string): void {
  process.emitWarning(sentence, { type: 'TollgateWarning', code })
}
