"""growth: dict with peak, corner, overflow."""
# right: t 5 0.7^(t-1): t = 3 gives 7.35; ln 3.4028e38 / ln 1.7 = 167.2 -> 168
right = {"peak": 3, "corner": 7.35, "overflow": 168}
# rounds 167.2 to the nearest: 167
wrong_1 = {"peak": 3, "corner": 7.35, "overflow": 167}
# maximum of the continuous curve t* = -1/ln 0.7 = 2.80 taken as step
wrong_2 = {"peak": 2.8037, "corner": 7.368, "overflow": 168}
# stops at t = 2: corner 2*5*0.7 = 7
wrong_3 = {"peak": 2, "corner": 7.0, "overflow": 168}
# forgets that the power is t - 1: t 5 0.7^t = 5.145
wrong_4 = {"peak": 3, "corner": 5.145, "overflow": 168}
# double precision's range: 709.78/0.5306 = 1337.6
wrong_5 = {"peak": 3, "corner": 7.35, "overflow": 1338}
# counts the start as step 1: one too many
wrong_6 = {"peak": 3, "corner": 7.35, "overflow": 169}
# two slips: corner is largest at the first step (5, decays by 0.7), log10 for ln: 38.53/0.5306 -> 73
wrong_7 = {"peak": 1, "corner": 5.0, "overflow": 73}
