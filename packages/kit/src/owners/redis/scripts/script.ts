export type { AnyScript, Argument, Int, Script, Text } from '../../../ledger/redis/scripts/script.ts'
