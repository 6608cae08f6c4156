/** Of Workers only. Sources that scripts on Node share name it; no script calls it. */
interface SubtleCrypto {
  timingSafeEqual(left: ArrayBufferView, right: ArrayBufferView): boolean
}
