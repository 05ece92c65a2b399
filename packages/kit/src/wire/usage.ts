export type { Usage } from '../meter/usage.ts'
