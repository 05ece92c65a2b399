import { answering } from '../processes/answering.ts'

/** The Redis that a part has for itself, on the other core. */
export const redisUrl: string = process.argv[2]!

/** Serve a part of the bench: one table, made when it is asked for. */
export function servePart(table: () => Promise<string>): void {
  answering(table)
}
