interface ScopesInEffectProps {
  granted: readonly string[]
  inEffect: readonly string[]
}

/** What somebody consented to, and what of that does not hold today: the second is struck out, and said. */
export function ScopesInEffect({ granted, inEffect }: ScopesInEffectProps) {
  const held = granted.filter((scope) => !inEffect.includes(scope))
  return (
    <>
      {inEffect.join(' ') || 'nothing at present'}
      {held.length > 0 && (
        <span class="detail">
          consented to, not in effect: <s>{held.join(' ')}</s>
        </span>
      )}
    </>
  )
}
