/**
 * Loaded into a thread, makes its disk slow: what may make SQLite sync takes 8 ms, or as long as the test lets it wait.
 * It stands where the operating system would; the ledger's own code is as it is.
 */
const { DatabaseSync } = require('node:sqlite')
const { getEnvironmentData, threadId } = require('node:worker_threads')

const SYNC_MS = 8
const never = new Int32Array(new SharedArrayBuffer(4))
const { exec } = DatabaseSync.prototype

DatabaseSync.prototype.exec = function slowExec(sql) {
  if (maySync(this, sql)) sync()
  return exec.call(this, sql)
}

/** A commit does when each one is to be on the disk, or when the connection checkpoints by itself; a checkpoint does. */
function maySync(db, sql) {
  if (/wal_checkpoint/.test(sql)) return true
  if (sql !== 'COMMIT') return false
  const { synchronous } = db.prepare('PRAGMA synchronous').get()
  const { wal_autocheckpoint: pages } = db.prepare('PRAGMA wal_autocheckpoint').get()
  return synchronous >= 2 || pages > 0
}

function sync() {
  const { cells, loopThread } = getEnvironmentData('slow disk')
  if (threadId === loopThread) return void Atomics.add(cells, 3, 1)
  const turn = Atomics.add(cells, 0, 1) + 1
  for (let allowed = Atomics.load(cells, 2); allowed < turn; allowed = Atomics.load(cells, 2)) {
    Atomics.wait(cells, 2, allowed)
  }
  Atomics.wait(never, 0, 0, SYNC_MS)
  Atomics.add(cells, 1, 1)
}
