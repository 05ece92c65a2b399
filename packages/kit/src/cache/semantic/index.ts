export type { Veto } from './guards/compare.ts'
export type { Judge, Judged, Judgement, Pair } from './labels/judge.ts'
export { type LlmJudgeOptions, llmJudge } from './labels/llm-judge.ts'
export type { Certificate, Standing } from './rule/certificate.ts'
export {
  type SemanticGroup,
  type SemanticStatus,
  type SemanticTier,
  type SemanticTierOptions,
  semanticTier,
} from './semantic-tier.ts'
export type { Tallies } from './tallies.ts'
