// The decision rule of a .tflite in Swift: copy this file into your app. Take the rule out of the model with
// `unzip -p model.tflite decision_rule.json`, put it into the bundle, and decode it with JSONDecoder().

struct Rule: Decodable {
    var thresholds: [String: Double]
    var smooth: Int
    var needed: Int
    var among: Int
    var min_duration: Double
    var release: Double
    var merge_gap: Double
    var multi_label: Bool?
}

/// decide() takes the probabilities of each window, in order, and returns the labels that are reported now. hop, length:
/// seconds from one window to the next (the rule's own "hop", where it has one), and of a window. independent: whether
/// several labels may be right at once; the rule of such a model says so itself.
final class DecisionRule {
    private struct Track {
        var first = 0
        var last: Int?
        var counting: [Int?] = []
    }

    private let rule: Rule, labels: [String], hop: Double, length: Double, independent: Bool
    private let slack = 1e-4  // seconds
    private var recent: [[Double]] = []
    private var window = -1
    private var tracks: [Track]

    init(rule: Rule, labels: [String], hop: Double, length: Double, independent: Bool = false) {
        (self.rule, self.labels, self.hop, self.length) = (rule, labels, hop, length)
        self.independent = independent || rule.multi_label == true
        tracks = labels.map { _ in Track() }
    }

    func decide(_ probabilities: [Double]) -> [String] {
        recent = Array((recent + [probabilities]).suffix(rule.smooth))
        if recent.count <= rule.smooth / 2 { return [] }  // the windows after the first are not there yet
        window += 1
        let smoothed = labels.indices.map { i in recent.reduce(0.0) { $0 + $1[i] } / Double(recent.count) }
        let best = smoothed.firstIndex(of: smoothed.max()!)
        return labels.indices.filter { i in
            holds(i, smoothed[i], independent || i == best)
                && Double(window - tracks[i].first) * hop + length >= rule.min_duration - slack
        }.map { labels[$0] }
    }

    private func holds(_ i: Int, _ probability: Double, _ leads: Bool) -> Bool {
        let threshold = rule.thresholds[labels[i]] ?? 0
        let counts = leads && probability >= threshold && probability > 0  // all are 0 in digital silence
        let last = tracks[i].last
        let reaches = last != nil && Double(window - last!) * hop - length <= rule.merge_gap + slack
        let hasRelease = rule.release < 1 && threshold > 0
        let held = hasRelease && last == window - 1 && probability >= rule.release * threshold
        let goesOn = reaches && (counts || held)
        tracks[i].counting = Array((tracks[i].counting + [counts && !goesOn ? window : nil]).suffix(rule.among))
        let which = tracks[i].counting.compactMap { $0 }
        if !goesOn {
            if !counts || which.count < rule.needed { return false }
            tracks[i].first = which[0]
            tracks[i].counting = []
        }
        tracks[i].last = window
        return true
    }
}
