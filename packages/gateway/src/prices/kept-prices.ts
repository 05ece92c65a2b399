import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type FoundPrices, readPrices } from './source.ts'

/** The last good price data that came from somewhere else, in a file that outlives the process. */
export interface KeptPrices {
  /** What is kept; undefined when nothing is. */
  read(): Promise<FoundPrices | undefined>
  /** Put other data in its place: all of it or, should the process die, none. */
  keep(found: FoundPrices): Promise<void>
  /** Something that is another thing whenever other data is kept. */
  mark(): Promise<string>
}

export function keptPrices(path: string): KeptPrices {
  return {
    async read() {
      try {
        return await readPrices(path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },

    async keep({ text, datedMs }) {
      await mkdir(dirname(path), { recursive: true })
      const beside = `${path}.${randomUUID()}`
      try {
        const file = await open(beside, 'wx', 0o644)
        try {
          await file.writeFile(text)
          await file.sync()
        } finally {
          await file.close()
        }
        const dated = new Date(datedMs)
        await utimes(beside, dated, dated)
        await rename(beside, path)
      } catch (error) {
        await rm(beside, { force: true })
        throw error
      }
    },

    async mark() {
      const found = await stat(path).catch(() => undefined)
      return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : 'none'
    },
  }
}
