import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AuditSink } from './sink.ts'

export interface NdjsonAuditOptions {
  /** For metrics and warnings. */
  readonly name?: string
}

/**
 * Records as lines of JSON, appended to a file that only its owner can read (0600); the fields are those of
 * {@link AuditRecord}, and amounts are integers of nano-USD, which every JSON reader keeps exactly (below 2^53).
 *
 * At least once: after a crash, or where a charge was corrected, an id may be there again; its line with the latest
 * `endedAtMs` counts. Not synced to the disk. A file that was rotated away is let go, and a new one begun, with the
 * next batch.
 *
 * @example
 * auditLog({ sinks: [ndjsonAudit('./data/audit.ndjson')] })
 */
export function ndjsonAudit(path: string, { name = 'ndjson' }: NdjsonAuditOptions = {}): AuditSink {
  let file: FileHandle | undefined
  /** Whether a write that failed, or a process that died, may have left half a line at the end. */
  let torn = false

  async function current(): Promise<FileHandle> {
    if (file && !(await isAt(file, path))) {
      await file.close()
      file = undefined
    }
    if (!file) {
      await mkdir(dirname(path), { recursive: true })
      file = await open(path, 'a+', 0o600)
      torn = await endsTorn(file)
    }
    return file
  }

  return {
    name,
    async write(records) {
      const handle = await current()
      const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
      const text = torn ? `\n${lines}` : lines
      torn = true
      await handle.appendFile(text)
      torn = false
    },
    async close() {
      await file?.close()
      file = undefined
    },
  }
}

/** Whether the open file is still the one that the path names. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const [ours, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
  return ours.ino === there?.ino && ours.dev === there.dev
}

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer[0] !== 0x0a
}
