/** 证明与账本的文字。 */
import type { EvidenceTexts } from './evidence'

export const evidence: EvidenceTexts = {
  proof: {
    title: '证明',
    proven: '已证明',
    wrong: '未能证明',
    waiting: '等待下一个检查点',
    waitingHint: '事件已在账本中；下一个检查点（数秒之内）就会带来证明。',
    checking: '正在校验…',
    partly: '部分已校验',
    included: (index, size) => `账本中的第 ${index} 号事件，包含在前 ${size} 个事件的检查点中。`,
    checks: {
      leaf: '事件的哈希与回执一致',
      shown: '此处显示的内容与账本一致',
      path: '路径通向检查点的根哈希',
      body: '姓名与详情正是当初承诺的内容',
      signature: '检查点已签名',
    },
    outcomes: { ok: '已校验', wrong: '不符', unchecked: '未校验' },
    signedBy: '签名密钥',
    compare: '请与您从别处得到的密钥比对：本页的密钥来自服务器。',
    noSignature: '此浏览器无法校验 Ed25519 签名；可复制证明在别处校验。',
    noCrypto: '浏览器在未加密的页面上不做校验。请通过 HTTPS 打开 Daybook，或复制证明在别处校验。',
    wrongHint: '服务器给出的内容互相矛盾。请保留此事件及其证明，并请他人校验整个日志。',
    older: '此事件早于账本，或账本中没有它。',
    erased: '已擦除',
    erasedHint: '此事件的姓名、地址与详情已被擦除。证明仍然成立：承诺保留，且无法由此猜出内容。',
    copyProof: '复制证明',
    copyLeaf: '复制叶子',
  },

  health: {
    refused: '审计日志不接收事件，任何更改都无法进行',
    readOnly: '不接收事件',
    failing: '目前无法发布检查点；Daybook 正在重试',
  },
}
