/** What a warning is about: for a log to be searched by, and alerts to be set on. */
export type WarningCode =
  /** A stage is mounted where it cannot work; the sentence is the cure. */
  | 'TOLLGATE_MISASSEMBLED'
  /** A handler behind the stages threw something that is no refusal. */
  | 'TOLLGATE_FAULT'
  /** The books refused to reserve, for a reason that no caller can mend. */
  | 'TOLLGATE_LEDGER'
  /**
   * The end of a request could not be booked at once. It is kept and told again; where there is no room to keep it, its
   * reservation expires.
   */
  | 'TOLLGATE_SETTLE_FAILED'
  /** What the processes of a fleet know of deployments is not shared just now. */
  | 'TOLLGATE_CLOSURES'
  /** This process is not told of changed keys just now: a change takes effect once what it remembers is too old. */
  | 'TOLLGATE_DIRECTORY'
  /** A handler did not say what it bought, and was charged what was reserved. */
  | 'TOLLGATE_USAGE_UNTOLD'
  /** A handler has told usage of a request that had already been charged, exactly, for what was told before. */
  | 'TOLLGATE_LATE_USAGE'
  /** Work that was to go on after the answer failed. */
  | 'TOLLGATE_PENDING_FAILED'
  /** The keys of an issuer of tokens cannot be had: those that are known are used as long as they may be. */
  | 'TOLLGATE_ISSUER'
  /** Records are late, or lost. */
  | 'TOLLGATE_AUDIT'
  /** What was granted cannot be read: nobody has more than their tier. */
  | 'TOLLGATE_GRANTS'
  /**
   * The owner of something that a provider has stored could not be written down: not even its maker can go on with it.
   */
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
