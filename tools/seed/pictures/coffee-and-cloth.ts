import { FLOOR, fade, mix, roundness, steam, twig, type Drawing } from './scene.ts';

/** A coffee bean, flat on its side. */
function bean(x: number, y: number, size: number, turn: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) rotate(${turn})"><ellipse rx="${size}" ry="${size * 0.68}" fill="${colour}"/><path d="M${-size * 0.8} 0 Q0 ${size * 0.42} ${size * 0.1} 0 T${size * 0.8} 0" stroke="${mix(colour, '#000000', 0.45)}" stroke-width="${size * 0.16}" fill="none"/></g>`;
}

/** A paper bag of coffee with a label and some beans before it. */
export function coffeeBag(paper: string, label: string): Drawing {
  const beans = [
    [345, 920, 34, -20],
    [410, 945, 30, 30],
    [850, 930, 36, 12],
    [905, 952, 28, -38],
    [795, 958, 27, 60],
  ] as const;
  return {
    shadow: 300,
    defs: fade('paper', mix(paper, '#ffffff', 0.2), mix(paper, '#000000', 0.22), 'across'),
    shapes: `<path d="M410 380 L404 ${FLOOR - 14} Q404 ${FLOOR} 420 ${FLOOR} L784 ${FLOOR} Q800 ${FLOOR} 798 ${FLOOR - 14} L790 380 Z" fill="url(#paper)"/>
<path d="M404 ${FLOOR - 14} L470 840 L470 420 L410 380 Z" fill="#000" opacity=".08"/>
<path d="M400 300 L800 300 L792 392 L408 392 Z" fill="${mix(paper, '#000000', 0.12)}"/>
<path d="M400 300 L800 300 L798 330 L402 330 Z" fill="${mix(paper, '#ffffff', 0.25)}"/>
<rect x="382" y="376" width="436" height="26" rx="8" fill="${mix(paper, '#000000', 0.4)}"/>
<rect x="474" y="500" width="256" height="310" rx="22" fill="${label}"/>
<rect x="490" y="516" width="224" height="278" rx="14" fill="none" stroke="#fff" stroke-width="5" opacity=".7"/>
<circle cx="602" cy="618" r="74" fill="#fff" opacity=".92"/>
${bean(602, 618, 48, -32, mix(label, '#2b1a10', 0.55))}
<rect x="530" y="716" width="144" height="13" rx="6" fill="#fff" opacity=".9"/><rect x="556" y="744" width="92" height="10" rx="5" fill="#fff" opacity=".65"/>
${beans.map(([x, y, size, turn]) => bean(x, y, size, turn, '#5b3721')).join('')}`,
  };
}

/** A dripper on a glass carafe. */
export function dripper(cone: string, coffee: string): Drawing {
  return {
    shadow: 260,
    defs:
      roundness('cone', cone) +
      fade('glass', '#ffffff', '#cfe3e6', 'across') +
      fade('coffee', mix(coffee, '#ffffff', 0.12), mix(coffee, '#000000', 0.35), 'down'),
    shapes: `${steam(600, 340)}
<path d="M470 620 C430 700 388 760 388 830 Q388 ${FLOOR} 490 ${FLOOR} L710 ${FLOOR} Q812 ${FLOOR} 812 830 C812 760 770 700 730 620 Z" fill="url(#glass)" opacity=".8"/>
<path d="M402 790 Q392 812 392 836 Q392 ${FLOOR - 6} 490 ${FLOOR - 6} L710 ${FLOOR - 6} Q808 ${FLOOR - 6} 808 836 Q808 812 798 790 Q600 830 402 790 Z" fill="url(#coffee)"/>
<ellipse cx="600" cy="792" rx="198" ry="24" fill="${mix(coffee, '#ffffff', 0.22)}" opacity=".9"/>
<path d="M790 700 C900 690 900 840 800 850" stroke="#fff" stroke-width="24" fill="none" opacity=".75" stroke-linecap="round"/>
<path d="M596 640 L596 780" stroke="${coffee}" stroke-width="7" opacity=".85"/>
<rect x="420" y="590" width="360" height="34" rx="17" fill="url(#cone)"/>
<path d="M392 372 L560 594 L640 594 L808 372 Z" fill="url(#cone)"/>
${[440, 500, 560].map((x, i) => `<path d="M${x} 392 L${572 + i * 10} 580" stroke="#fff" stroke-width="6" opacity=".22"/>`).join('')}
<ellipse cx="600" cy="372" rx="208" ry="46" fill="${mix(cone, '#ffffff', 0.4)}"/>
<ellipse cx="600" cy="378" rx="182" ry="34" fill="#fbf6ec"/>
<ellipse cx="600" cy="386" rx="120" ry="20" fill="${mix(coffee, '#000000', 0.1)}"/>
<path d="M440 740 Q420 800 432 870" stroke="#fff" stroke-width="16" stroke-linecap="round" fill="none" opacity=".7"/>`,
  };
}

/** A T-shirt on a hanger, with a printed twig. */
export function shirt(cloth: string, print: string): Drawing {
  return {
    shadow: 200,
    defs: fade('cloth', mix(cloth, '#ffffff', 0.16), mix(cloth, '#000000', 0.12), 'across'),
    shapes: `<path d="M600 250 q0 -70 44 -70 q40 0 34 40 q-6 30 -78 52 L380 352 M600 272 L820 352" stroke="#8a6a4a" stroke-width="16" fill="none" stroke-linecap="round" stroke-linejoin="round"/>
<path d="M480 322 Q600 400 720 322 L850 372 L960 560 L846 622 L800 548 L806 900 Q600 930 394 900 L400 548 L354 622 L240 560 L350 372 Z" fill="url(#cloth)"/>
<path d="M480 322 Q600 400 720 322 Q690 436 600 440 Q510 436 480 322 Z" fill="${mix(cloth, '#000000', 0.22)}"/>
<path d="M480 322 Q600 462 720 322" stroke="${mix(cloth, '#ffffff', 0.3)}" stroke-width="12" fill="none"/>
<path d="M400 548 Q430 700 412 896 M800 548 Q770 700 790 896" stroke="#000" stroke-width="8" opacity=".08" fill="none"/>
<path d="M354 622 L400 548 M846 622 L800 548" stroke="#000" stroke-width="6" opacity=".14"/>
<circle cx="600" cy="620" r="112" fill="none" stroke="${print}" stroke-width="9"/>
${twig(600, 716, 180, 0, print)}`,
  };
}

/** A canvas bag with long handles, standing. */
export function tote(canvas: string, print: string): Drawing {
  return {
    shadow: 300,
    defs:
      fade('canvas', mix(canvas, '#ffffff', 0.22), mix(canvas, '#000000', 0.16), 'across') +
      '<clipPath id="print"><circle cx="600" cy="710" r="128"/></clipPath>',
    shapes: `<path d="M470 480 C470 250 560 220 600 220 C640 220 730 250 730 480" stroke="${mix(canvas, '#000000', 0.26)}" stroke-width="30" fill="none"/>
<path d="M360 450 L840 450 L866 ${FLOOR - 20} Q866 ${FLOOR} 844 ${FLOOR} L356 ${FLOOR} Q334 ${FLOOR} 334 ${FLOOR - 20} Z" fill="url(#canvas)"/>
<path d="M360 450 L840 450 L842 500 L358 500 Z" fill="#000" opacity=".07"/>
<path d="M450 500 C450 300 550 262 600 262 C650 262 750 300 750 500" stroke="${mix(canvas, '#ffffff', 0.12)}" stroke-width="30" fill="none"/>
<path d="M438 470 h26 v64 h-26 Z M736 470 h26 v64 h-26 Z" fill="${mix(canvas, '#000000', 0.12)}"/>
<circle cx="600" cy="710" r="128" fill="${print}"/>
<path d="M460 726 q70 -60 140 -10 q70 50 140 -6 l0 130 l-280 0 Z" fill="#fff" opacity=".9" clip-path="url(#print)"/>
<circle cx="652" cy="650" r="26" fill="#fff" opacity=".95"/>
<path d="M400 520 L384 ${FLOOR - 30} M800 520 L816 ${FLOOR - 30}" stroke="#000" stroke-width="7" opacity=".07"/>`,
  };
}
