import type { Directory } from '@tollgate/kit/directory'

export interface WatchedDirectory {
  readonly directory: Directory
  /** End all that is told by it; the directory itself stays open. */
  unwatch(): void
}

/** A directory for something that is put together anew from time to time: what it has asked to be told ends with it. */
export function watchedDirectory(directory: Directory): WatchedDirectory {
  const ends: (() => void)[] = []
  return {
    directory: {
      ...directory,
      watch(listener) {
        const end = directory.watch(listener)
        ends.push(end)
        return end
      },
    },
    unwatch() {
      for (const end of ends.splice(0)) end()
    },
  }
}
