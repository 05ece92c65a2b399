import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Timers } from '@tollgate/kit/core'

/** A save is several events, and an editor's several steps: they are one change once it has been quiet for so long, ms. */
const QUIET_MS = 200

/** What Kubernetes puts in the place of the old one when a mounted config changes: the file beside it is a link through it. */
const MOUNTED = '..data'

/**
 * Be told when a file has been written, replaced by another (as editors and `mv` do), or mounted anew. Its folder is watched:
 * a watch of the file itself would stay with the one that was replaced.
 *
 * @returns ends the watch.
 * @throws Error when the folder cannot be watched.
 */
export function watchFile(
  path: string,
  onChange: () => void,
  { setTimeout, clearTimeout }: Timers,
): () => void {
  const names: ReadonlySet<string | null> = new Set([basename(path), MOUNTED, null])
  let waiting: ReturnType<Timers['setTimeout']> | undefined
  const watcher = watch(dirname(path), { persistent: false }, (_, name) => {
    if (!names.has(name)) return
    if (waiting) clearTimeout(waiting)
    waiting = setTimeout(onChange, QUIET_MS)
  })
  // A folder that is taken away is nothing to end for: SIGHUP still works.
  watcher.on('error', () => watcher.close())
  return () => {
    if (waiting) clearTimeout(waiting)
    watcher.close()
  }
}
