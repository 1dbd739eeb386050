// The content policy lets no text become markup unless a policy of this name agrees. This one agrees
// to style rules, which Mantine writes as the content of style elements, and to nothing with a tag
// in it: whatever text of an event ends up there by mistake stays without effect.
window.trustedTypes?.createPolicy('default', {
  createHTML: (text) => {
    if (text.includes('<')) throw new TypeError('text must not become markup')
    return text
  },
})
